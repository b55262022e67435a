-- What share was answered in time?
-- answered in time / (answered in time + answered late + not answered though the date has passed). Whoever still
-- has time is in neither.
select "class", count(*) filter (outcome = 'on_time') as on_time, count(*) filter (outcome = 'late') as late,
    count(*) filter (outcome = 'late' and is_open and answered_at is null) as open_overdue,
    count(*) filter (outcome = 'waiting') as still_has_time,
    case when count(*) filter (outcome in ('on_time', 'late')) >= 10
        then count(*) filter (outcome = 'on_time') / count(*) filter (outcome in ('on_time', 'late')) end as on_time_share
from complaints group by "class" order by "class";
