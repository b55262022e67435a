-- How long until an agency first holds a complaint?
-- Share that still waits after so many days, after Kaplan and Meier (1958): complaints that wait now count until
-- the moment, joined and closed ones until they ended.
select day, at_risk, reached, share_waiting from survival where milestone = 'placed' order by day;
