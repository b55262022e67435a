-- How far do complaints climb?
-- Complaints that reached each rung: 1 unit head, 2 supervising body, 3 Ombudsman, 4 list of the ignored.
select rung, cause, count(distinct complaint) as complaints from rungs group by rung, cause order by rung, cause;
