-- What did a merger change?
-- Complaints first held by a merged body or its successor, received in the 180 days before and after the merger:
-- number, answered, and median days to the answer of those answered.
select m.successor, case when c.received_at < m.ended_at then 'before' else 'after' end as period, count(distinct c.complaint) as complaints,
    count(distinct c.complaint) filter (c.answered_at is not null) as answered,
    median(epoch(c.answered_at - c.received_at) / 86400) as median_days
from (select successor, ended_at, list(id) as merged from agencies where successor is not null group by successor, ended_at) m
join complaints c on (c.first_agency = m.successor or list_contains(m.merged, c.first_agency))
    and c.received_at between m.ended_at - interval 180 days and m.ended_at + interval 180 days
group by all order by m.successor, period desc;
