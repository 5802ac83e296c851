-- The registry, the files in models/metrics and the union of observations name the same metrics.
{%- set files = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.package_name == project_name
        and node.fqn[1] == 'metrics' and node.fqn[2] != 'companions' -%}
        {%- do files.append(node.name) -%}
    {%- endfor -%}
{%- endif %}

with files as (
    {%- for file in files | sort %}
    select '{{ file }}' as metric_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select cast(null as string) as metric_id
    where false
    {%- endfor %}
),

observed as (
    select distinct metric_id
    from {{ ref('int_observation') }}
)

select
    coalesce(metrics.metric_id, files.metric_id, observed.metric_id) as metric_id,
    metrics.metric_id is null as is_missing_in_registry,
    files.metric_id is null as is_missing_in_files
from {{ ref('ref_metric') }} as metrics
full outer join files
    on metrics.metric_id = files.metric_id
full outer join observed
    on coalesce(metrics.metric_id, files.metric_id) = observed.metric_id
where
    metrics.metric_id is null
    or files.metric_id is null
