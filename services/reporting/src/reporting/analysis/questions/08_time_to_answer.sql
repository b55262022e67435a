-- How long until the first answer?
-- As question 6, until the first answer.
select day, at_risk, reached, share_waiting from survival where milestone = 'answered' order by day;
