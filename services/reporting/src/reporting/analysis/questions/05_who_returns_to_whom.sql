-- Who returns complaints, and who gets them next?
-- Number of returns of an agency by the next holder, `router` while there is none. Returns from unit to unit of
-- one agency are not counted.
select agency, coalesce(next_holder, 'router') as next_holder, count(*) as times
from agency_returns group by all order by times desc, agency, next_holder;
