-- Locations, and practices that people are attributed to without being a location (known by id alone).
with locations as (
    select
        l.location_id as practice_id,
        coalesce(l.name, l.location_id) as practice_name,
        l.npi as organization_npi,
        l.address,
        l.city,
        coalesce(s.state_code, l.state) as state,
        l.zip_code,
        s.time_zone
    from location as l
    left join us_state as s on upper(l.state) in (s.state_code, upper(s.state_name))
),
attributed_only as (
    select distinct practice_id
    from attributed_month
    where practice_id not in (select practice_id from locations where practice_id is not null)
)
select * from locations
union all
select practice_id, practice_id, null, null, null, null, null, null from attributed_only
