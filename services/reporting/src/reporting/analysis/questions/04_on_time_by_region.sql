-- In which provinces are answers late?
-- As the share of question 1, by the first two digits of the region; from 10 cases.
select province, count(*) filter (outcome in ('on_time', 'late')) as decided, count(*) filter (outcome = 'late') as late,
    case when decided >= 10 then 1 - late / decided end as on_time_share
from complaints where province is not null group by province order by province;
