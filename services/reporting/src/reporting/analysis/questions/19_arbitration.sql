-- How often must the arbiter decide, and how long does it take?
-- Periods with the arbiter: number, ended ones, and median days of those.
select count(*) as opened, count(until_at) as decided, median(days) filter (until_at is not null) as median_days
from holdings where holder = 'arbiter';
