# Target `pool_proof`: does training on a pool of kept activity differ from the textbook way?


rule pool_proof:
    input:
        f"{RESULTS}/tables/pool_proof.parquet",
        expand(f"{RESULTS}/figures/pool_proof.{{format}}", format=["svg", "png"]),
    localrule: True


rule pool_proof_table:
    input:
        per_network("learning_curves", "parquet", PROOF_SEEDS),
    output:
        f"{RESULTS}/tables/pool_proof.parquet",
    log:
        f"{RESULTS}/logs/pool_proof_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/pool_proof_table.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("pool_proof_table"),
        id=lambda w: identity(
            "pool_proof_table",
            pairs=PROOF_PAIRS,
            seeds=PROOF_SEEDS,
            planned=planned("learning_curves", PROOF_SEEDS),
        ),
    shell:
        "{params.run} --id {params.id:q} --output {output:q} 2> {log:q}"


rule pool_proof_figure:
    input:
        f"{RESULTS}/tables/pool_proof.parquet",
    output:
        svg=report(f"{RESULTS}/figures/pool_proof.svg", **shown("pool_proof")),
        png=f"{RESULTS}/figures/pool_proof.png",
    log:
        f"{RESULTS}/logs/pool_proof_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/pool_proof_figure.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("pool_proof_figure"),
        id=lambda w: identity("pool_proof_figure", note=note(PROOF_SEEDS)),
    shell:
        "{params.run} --id {params.id:q}"
        " --table {input:q} --svg {output.svg:q} --png {output.png:q} 2> {log:q}"
