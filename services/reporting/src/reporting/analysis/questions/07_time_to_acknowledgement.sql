-- How long until an agency begins?
-- As question 6, until the first acknowledgement, or an answer without one.
with waits as (
    select epoch(coalesce(acknowledged_at, ended_at, (select taken_at from moment)) - received_at) / 86400 as days,
        acknowledged_at is not null as reached
    from complaints
), steps as (
    select floor(days)::int as day, count(*) filter (reached) as reached, count(*) as leaving from waits group by 1
), risks as (
    select day, reached, sum(leaving) over (order by day desc) as at_risk from steps
)
select day, at_risk::bigint as at_risk, reached,
    exp(sum(case when reached = at_risk then null else ln(1 - reached / at_risk) end) over (order by day)) *
        case when max(reached = at_risk) over (order by day) then 0 else 1 end as share_waiting
from risks where reached > 0 order by day;
