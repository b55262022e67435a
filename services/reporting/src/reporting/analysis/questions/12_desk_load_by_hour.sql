-- When does the desk have most to do?
-- Referrals to the desk by the hour in Jakarta, and how long they stayed there in hours (median of ended stays).
select hour(from_at + interval 7 hours) as hour, count(*) as referred,
    median(days * 24) filter (until_at is not null) as median_hours
from holdings where holder = 'desk' group by hour order by hour;
