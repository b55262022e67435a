-- The common figures by one property. Rates are given from 10 cases.
with counted as (
    select {by} as "group", count(*) as filed, count(*) filter (is_open) as open,
        count(*) filter (outcome = 'on_time') as on_time, count(*) filter (outcome = 'late') as late,
        median(epoch(answered_at - received_at) / 86400) as median_days_to_answer,
        count(*) filter (ending = 'confirmed') as confirmed, count(*) filter (ending = 'silence') as silence,
        count(*) filter (disputes > 0) as disputed, sum(len(list_filter("returns", lambda r: r.scope = 'agency'))) as "returns"
    from complaints group by 1
)
select "group", filed, open, on_time, late, case when on_time + late >= 10 then on_time / (on_time + late) end as on_time_share,
    median_days_to_answer, confirmed, silence, disputed, "returns"::bigint as "returns"
from counted order by filed desc, "group";
