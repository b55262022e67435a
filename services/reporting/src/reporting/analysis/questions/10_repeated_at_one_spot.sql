-- What comes back at the same place?
-- Districts (or the coarser region that is known) with at least two complaints of one field in 90 days after an
-- earlier one ended; joined ones are the same trouble and are not counted.
select a.region, a.sector, count(distinct b.complaint) as came_back
from complaints a join complaints b
    on b.region = a.region and b.sector = a.sector and b.complaint <> a.complaint and b.status <> 'joined'
    and b.received_at > a.ended_at and b.received_at <= a.ended_at + interval 90 days
where a.ending is not null group by a.region, a.sector order by came_back desc, a.region, a.sector;
