-- What is open, with whom, and how old is it?
-- Open complaints by holder and by days since they were received.
select holder, count(*) filter (age < 7) as under_7_days, count(*) filter (age >= 7 and age < 30) as under_30_days,
    count(*) filter (age >= 30 and age < 90) as under_90_days, count(*) filter (age >= 90) as older, count(*) as total
from (select holder, epoch((select taken_at from moment) - received_at) / 86400 as age from complaints where is_open)
group by holder order by total desc, holder;
