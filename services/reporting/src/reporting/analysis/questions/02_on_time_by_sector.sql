-- In which fields are answers late?
-- As the share of question 1, by field; from 10 cases.
select sector, count(*) filter (outcome in ('on_time', 'late')) as decided, count(*) filter (outcome = 'late') as late,
    case when decided >= 10 then 1 - late / decided end as on_time_share
from complaints where sector is not null group by sector order by on_time_share nulls last, sector;
