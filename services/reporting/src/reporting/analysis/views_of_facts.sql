-- Views over the facts. The name in braces is replaced by a list of files.

create view facts as select * from read_parquet({facts});

-- Bodies by the registry: the newest name, and since when a body is merged or dissolved.
create view agencies as
with named as (
    select agency as id, arg_max(data ->> 'name', store_position) as name
    from facts where type in ('AgencyRegistered', 'AgencyRenamed') group by agency
), merged as (
    select unnest(from_json(data -> 'agencies', '["varchar"]')) as id, data ->> 'successor' as successor, happened_at as ended_at
    from facts where type = 'AgenciesMerged'
    union all
    select agency, data ->> 'successor', happened_at from facts where type = 'AgencyDissolved'
)
select named.id, named.name, merged.successor, merged.ended_at from named left join merged using (id);

-- Closed cases of other systems: a series of their own, in no figure of this platform.
create view imported as
select substr(stream, 10) as "case", data ->> 'source' as source, data ->> 'source_id' as source_id, data ->> 'class' as "class",
    agency, data ->> 'office' as office, region, data ->> 'status' as status, happened_at as received_at,
    (data ->> 'answered_at')::timestamp as answered_at, (data ->> 'closed_at')::timestamp as closed_at
from facts where type = 'CaseImported';
