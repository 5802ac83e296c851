{#-
  Maps each distinct value of a `|`-joined list (also split at / , and ;) to the list of its normalised members, sorted
  and without repeats, by the synonyms of a domain; a member without synonym stays, in lower case.
  Columns: raw, normalised.
-#}
{%- macro normalised_set(relation, column, domain) -%}
    select
        items.raw,
        {{ joined_set("coalesce(synonym.normalised, items.item)") }} as normalised
    from (
        select
            distinct_lists.raw,
            lower(trim({{ split_items("translate(distinct_lists.raw, '/,;', '|||')") }})) as item
        from (
            select distinct {{ column }} as raw
            from {{ relation }}
            where {{ column }} is not null
        ) as distinct_lists
    ) as items
    left join {{ ref('ref_synonym') }} as synonym
        on
            items.item = synonym.raw
            and synonym.domain = '{{ domain }}'
    where items.item <> ''
    group by items.raw
{%- endmacro -%}
