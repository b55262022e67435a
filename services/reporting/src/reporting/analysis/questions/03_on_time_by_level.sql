-- Which level of government answers in time?
-- As the share of question 1, by the level of the newest placement; from 10 cases.
select level, count(*) filter (outcome in ('on_time', 'late')) as decided, count(*) filter (outcome = 'late') as late,
    case when decided >= 10 then 1 - late / decided end as on_time_share
from complaints where level is not null group by level order by level;
