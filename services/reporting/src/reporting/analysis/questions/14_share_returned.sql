-- Which agencies return most of what they get?
-- Returns of an agency / times it became the holder; from 10 times.
with got as (select agency, count(*) as times from holdings where agency is not null group by agency),
    gave as (select agency, count(*) as returned from agency_returns group by agency)
select agency, times, coalesce(returned, 0) as returned, case when times >= 10 then coalesce(returned, 0) / times end as share
from got left join gave using (agency) order by share desc nulls last, agency;
