{#-
  Unit tests ask the database for the columns of an input. A feed is read straight from its files and is no relation
  there, so its columns come from the source definition, which is generated from the contract.
-#}
{%- macro duckdb__get_columns_in_relation(relation) -%}
    {%- set columns = [] -%}
    {%- for source in (graph.sources or {}).values() -%}
        {%- if source.schema == relation.schema and source.identifier == relation.identifier -%}
            {%- for column in source.columns.values() -%}
                {%- do columns.append(api.Column(column.name, column.data_type)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(columns or dbt.duckdb__get_columns_in_relation(relation)) }}
{%- endmacro -%}
