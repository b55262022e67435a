-- How long until an agency begins?
-- As question 6, until the first acknowledgement, or an answer without one.
select day, at_risk, reached, share_waiting from survival where milestone = 'acknowledged' order by day;
