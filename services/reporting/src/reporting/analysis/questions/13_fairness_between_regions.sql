-- Is a province served worse than the nation?
-- Difference of a province's on-time share (question 1) to the nation's, with z = difference / sqrt(p (1 - p) /
-- n); |z| > 2 is unlikely by chance. From 10 cases.
with national as (
    select count(*) filter (outcome = 'on_time') / count(*) as p from complaints where outcome in ('on_time', 'late')
)
select province, count(*) as decided, count(*) filter (outcome = 'on_time') / count(*) - any_value(p) as difference,
    case when any_value(p) > 0 and any_value(p) < 1
        then difference / sqrt(any_value(p) * (1 - any_value(p)) / count(*)) end as z
from complaints, national where outcome in ('on_time', 'late') and province is not null
group by province having count(*) >= 10 order by difference, province;
