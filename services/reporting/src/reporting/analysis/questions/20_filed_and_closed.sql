-- Does the backlog grow?
-- Complaints received and closed by month in Jakarta, and what was open at its end. Joined ones leave when they
-- are joined.
with moves as (
    select date_trunc('month', received_at + interval 7 hours) as month, 1 as received, 0 as ended from complaints
    union all
    select date_trunc('month', ended_at + interval 7 hours), 0, 1 from complaints where ended_at is not null
)
select month::date as month, sum(received)::bigint as received, sum(ended)::bigint as ended,
    sum(sum(received) - sum(ended)) over (order by month)::bigint as open_at_end
from moves group by month order by month;
