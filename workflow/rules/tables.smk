# Per-network files gathered into the long tables that figures and claims read.


rule collect_table:
    input:
        lambda w: per_network(w.table, "parquet", COLLECTIONS[w.collection][w.table]),
    output:
        f"{RESULTS}/{{collection}}/{{table}}.parquet",
    log:
        f"{RESULTS}/logs/collect_table/{{collection}}/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_table_{{collection}}_{{table}}.tsv"
    wildcard_constraints:
        collection="|".join(COLLECTIONS),
        table="|".join(["learning_curves", *ASKED]),
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("collect_table"),
        id=lambda w: identity(
            "collect_table",
            table=w.table,
            seeds=COLLECTIONS[w.collection][w.table],
            planned=planned(w.table, COLLECTIONS[w.collection][w.table]),
        ),
    shell:
        "{params.run} --id {params.id:q} --output {output:q} 2> {log:q}"


rule perturbation_summary:
    input:
        f"{RESULTS}/{{collection}}/perturbation.parquet",
    output:
        f"{RESULTS}/{{collection}}/perturbation_summary.parquet",
    log:
        f"{RESULTS}/logs/perturbation_summary/{{collection}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/perturbation_summary_{{collection}}.tsv"
    wildcard_constraints:
        collection="|".join(COLLECTIONS),
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("perturbation_summary"),
        id=lambda w: identity(
            "perturbation_summary",
            arms=settings_of(COLLECTIONS[w.collection]["perturbation"]),
            threshold=SETTINGS.perturbation.threshold,
        ),
    shell:
        "{params.run} --id {params.id:q}" " --table {input:q} --output {output:q} 2> {log:q}"


rule pathways:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        f"{RESULTS}/tables/pathways.parquet",
    log:
        f"{RESULTS}/logs/pathways.log",
    benchmark:
        f"{RESULTS}/benchmarks/pathways.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("pathways"),
        id=lambda w: identity("pathways", arms=settings_of(SEEDS)),
    shell:
        "{params.run} --id {params.id:q}" " --curves {input:q} --output {output:q} 2> {log:q}"


rule parameters:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        f"{RESULTS}/tables/parameters.parquet",
    log:
        f"{RESULTS}/logs/parameters.log",
    benchmark:
        f"{RESULTS}/benchmarks/parameters.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("parameters"),
        id=lambda w: identity(
            "parameters",
            arms=settings_of(SEEDS),
            comparison=SETTINGS.comparison,
        ),
    shell:
        "{params.run} --id {params.id:q}" " --curves {input:q} --output {output:q} 2> {log:q}"


rule resources:
    input:
        curves=f"{RESULTS}/tables/learning_curves.parquet",
        jobs=per_network("networks", "safetensors", SEEDS)
        + [f"{RESULTS}/verdict.txt"]
        + expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
    output:
        f"{RESULTS}/tables/resources.parquet",
    log:
        f"{RESULTS}/logs/resources.log",
    benchmark:
        f"{RESULTS}/benchmarks/resources.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("resources"),
        id=lambda w: identity("resources", seeds=SEEDS),
    shell:
        "{params.run} --id {params.id:q} --curves {input.curves:q}" " --output {output:q} 2> {log:q}"


rule pages:
    input:
        expand(f"{RESULTS}/{{table}}", table=PAGES.values()),
    output:
        [page(table) for table in PAGES],
    log:
        f"{RESULTS}/logs/pages.log",
    benchmark:
        f"{RESULTS}/benchmarks/pages.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("pages"),
        folder=lambda w, output: str(Path(output[0]).parent),
        id=lambda w: identity("pages", tables=PAGES, longest=500, note=NOTE),
    shell:
        "{params.run} --id {params.id:q} --folder {params.folder:q} 2> {log:q}"
