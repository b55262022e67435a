-- How long do complaints wait for their reporters?
-- Questions, answered questions and days in which the clock stood, by the agency that asked; the desk's have no
-- agency.
select s.agency, count(*) as questions, count(s.until_at) as answered,
    sum(epoch(s.until_at - s.from_at)) / 86400 as days
from (select unnest(stops) as s from cases where "whole" is null) group by s.agency order by questions desc, s.agency;
