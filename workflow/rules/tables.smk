# Per-network files gathered into the long tables that figures and claims read.


rule learning_curves:
    input:
        per_network("learning_curves", "parquet", SEEDS),
    output:
        f"{RESULTS}/tables/learning_curves.parquet",
    log:
        f"{RESULTS}/logs/learning_curves.log",
    benchmark:
        f"{RESULTS}/benchmarks/learning_curves.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        id=identity("collect_table", folder=f"{RESULTS}/learning_curves", seeds=SEEDS),
    shell:
        "python workflow/scripts/collect_table.py --id {params.id:q} --output {output:q} 2> {log:q}"


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
        id=identity(
            "parameters",
            arms={arm: arm_settings(arm) for arm in SEEDS},
            comparison=SETTINGS.comparison,
        ),
    shell:
        "python workflow/scripts/parameters.py --id {params.id:q}"
        " --curves {input:q} --output {output:q} 2> {log:q}"


rule resources:
    input:
        per_network("networks", "safetensors", SEEDS),
        expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
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
        id=identity("resources", folder=f"{RESULTS}/benchmarks", seeds=SEEDS),
    shell:
        "python workflow/scripts/resources.py --id {params.id:q} --output {output:q} 2> {log:q}"
