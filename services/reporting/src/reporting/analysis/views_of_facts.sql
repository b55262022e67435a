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
