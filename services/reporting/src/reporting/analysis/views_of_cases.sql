-- Views over the table of cases. `moment` is when figures are taken: dates that passed before it count as missed.
-- The names in braces are replaced: cases by a file, moment by a time.

create view cases as select * from read_parquet({cases});
create view moment as select {moment} as taken_at;

-- Each complaint once: parts are one agency's share of the work and are counted apart.
create view complaints as
select *, substr(region, 1, 2) as province, substr(region, 1, 5) as regency,
    ending is null and status <> 'joined' as is_open,
    case when timely = 'waiting' and settle_due_at < (select taken_at from moment) then 'late' else timely end as outcome
from cases where "whole" is null;

create view parts as select * from cases where "whole" is not null;

-- Each period in which one holder held a complaint; open ones last until the moment.
create view holdings as
select complaint, "whole", h.holder, h.agency, h.from_at, h.until_at,
    epoch(coalesce(h.until_at, (select taken_at from moment)) - h.from_at) / 86400 as days
from (select complaint, "whole", unnest(held) as h from cases);

-- Each return of an agency, with who got the complaint next; `next_holder` is empty while it is with the router.
create view agency_returns as
select complaint, sector, agency, suggested, returned_at, coalesce(later[1].agency, later[1].holder) as next_holder
from (
    select complaint, sector, r.agency, r.suggested, r.returned_at,
        list_filter(held, lambda h: h.from_at >= r.returned_at and h.holder <> 'router' and coalesce(h.agency, '') <> r.agency)
            as later
    from (select complaint, sector, held, unnest("returns") as r from cases) where r.scope = 'agency'
);

create view misses as
select complaint, "whole", sector, m.clock, m.agency, m.due_at, m.missed_at
from (select complaint, "whole", sector, unnest(misses) as m from cases);

create view rungs as
select complaint, agency, sector, r.rung, r.cause, r.reached_at
from (select complaint, agency, sector, unnest(rungs) as r from cases);

-- How long until a milestone, after Kaplan and Meier (1958): what waits now counts until the moment, what ended before it
-- until then. `share_waiting` of those at risk still waits after `day` days.
create view survival as
with waits as (
    select milestone, epoch(coalesce(reached_at, ended_at, (select taken_at from moment)) - received_at) / 86400 as days,
        reached_at is not null as reached
    from (
        select received_at, ended_at, unnest([
            {milestone: 'placed', reached_at: placed_at},
            {milestone: 'acknowledged', reached_at: acknowledged_at},
            {milestone: 'answered', reached_at: answered_at}
        ], recursive := true)
        from complaints
    )
), steps as (
    select milestone, floor(days)::int as day, count(*) filter (reached) as reached, count(*) as leaving from waits group by 1, 2
), risks as (
    select milestone, day, reached, sum(leaving) over (partition by milestone order by day desc) as at_risk from steps
)
select milestone, day, at_risk::bigint as at_risk, reached,
    exp(sum(case when reached = at_risk then null else ln(1 - reached / at_risk) end) over so_far) *
        case when max(reached = at_risk) over so_far then 0 else 1 end as share_waiting
from risks where reached > 0
window so_far as (partition by milestone order by day);
