-- Whose answers are disputed?
-- Answered complaints that were disputed at least once / answered complaints, by who held it last; from 10.
select agency, count(*) as answered, count(*) filter (disputes > 0) as disputed,
    case when count(*) >= 10 then count(*) filter (disputes > 0) / count(*) end as share
from complaints where answered_at is not null group by agency order by share desc nulls last, agency;
