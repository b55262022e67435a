-- How do complaints end, with silence apart from consent?
-- Closed complaints by reason; `share` of all closed ones, from 10 cases.
select ending, count(*) as closed,
    case when sum(count(*)) over () >= 10 then count(*) / sum(count(*)) over () end as share
from complaints where ending is not null group by ending order by closed desc, ending;
