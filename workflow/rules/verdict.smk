# What it all says: the claims under the paper's settings, and (target `sensitivity`) under changed ones.


rule claims:
    input:
        expand(f"{RESULTS}/tables/{{table}}.parquet", table=CLAIM_TABLES),
    output:
        table=f"{RESULTS}/claims.parquet",
        csv=f"{RESULTS}/claims.csv",
        markdown=f"{RESULTS}/claims.md",
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("claims"),
        id=lambda w: identity(
            "claims",
            tables=CLAIM_TABLES,
            arms=settings_of(SEEDS),
            experiments=EXPERIMENT_SETTINGS,
            note=NOTE,
        ),
    shell:
        "{params.run} --id {params.id:q}"
        " --table {output.table:q} --csv {output.csv:q} --markdown {output.markdown:q} 2> {log:q}"


rule claims_figure:
    input:
        f"{RESULTS}/claims.parquet",
    output:
        svg=report(f"{RESULTS}/figures/claims.svg", **shown("claims")),
        png=f"{RESULTS}/figures/claims.png",
    log:
        f"{RESULTS}/logs/claims_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims_figure.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("claims_figure"),
        id=lambda w: identity("claims_figure", note=NOTE),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"


rule check_claims:
    input:
        f"{RESULTS}/claims.parquet",
    output:
        f"{RESULTS}/verdict.txt",
    log:
        f"{RESULTS}/logs/check_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_claims.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("check_claims"),
        id=lambda w: identity("check_claims", note=NOTE),
    shell:
        "{params.run} --id {params.id:q}" " --table {input:q} --output {output:q} 2> {log:q}"


rule reference:
    input:
        expand(f"{RESULTS}/tables/{{table}}.parquet", table=CLAIM_TABLES),
    output:
        table=f"{RESULTS}/tables/reference.parquet",
        markdown=f"{RESULTS}/reference.md",
    log:
        f"{RESULTS}/logs/reference.log",
    benchmark:
        f"{RESULTS}/benchmarks/reference.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("reference"),
        id=lambda w: identity(
            "reference",
            tables=CLAIM_TABLES,
            arms=settings_of(SEEDS),
            experiments=EXPERIMENT_SETTINGS,
        ),
    shell:
        "{params.run} --id {params.id:q}"
        " --table {output.table:q} --markdown {output.markdown:q} 2> {log:q}"


rule comparisons:
    input:
        f"{RESULTS}/tables/learning_curves.parquet",
    output:
        f"{RESULTS}/tables/comparisons.parquet",
    log:
        f"{RESULTS}/logs/comparisons.log",
    benchmark:
        f"{RESULTS}/benchmarks/comparisons.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("comparisons"),
        id=lambda w: identity(
            "comparisons", pairs=COMPARED, arms=settings_of({arm for pair in COMPARED for arm in pair})
        ),
    shell:
        "{params.run} --id {params.id:q}" " --curves {input:q} --output {output:q} 2> {log:q}"


rule sensitivity:
    input:
        expand(f"{RESULTS}/sensitivity/claims.{{format}}", format=["parquet", "csv"]),
        expand(f"{RESULTS}/figures/sensitivity.{{format}}", format=["svg", "png"]),
    localrule: True


rule sensitivity_claims:
    input:
        expand(f"{RESULTS}/tables/{{table}}.parquet", table=CLAIM_TABLES),
        expand(f"{RESULTS}/sensitivity/{{table}}.parquet", table=SENSITIVITY_TABLES),
    output:
        table=f"{RESULTS}/sensitivity/claims.parquet",
        csv=f"{RESULTS}/sensitivity/claims.csv",
    log:
        f"{RESULTS}/logs/sensitivity_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/sensitivity_claims.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("sensitivity_claims"),
        id=lambda w: identity(
            "sensitivity_claims",
            folders={"tables": CLAIM_TABLES, "sensitivity": SENSITIVITY_TABLES},
            arms=settings_of(SETTINGS.arms_of("all") + SETTINGS.arms_of("sensitivity")),
            experiments=EXPERIMENT_SETTINGS,
            stand_ins=SETTINGS.sensitivity.stand_ins,
            seeds=SETTINGS.sensitivity.seeds,
            variants={variant: SETTINGS.variants_of(variant) for variant in SETTINGS.sensitivity.variants},
        ),
    shell:
        "{params.run} --id {params.id:q}" " --table {output.table:q} --csv {output.csv:q} 2> {log:q}"


rule sensitivity_figure:
    input:
        f"{RESULTS}/sensitivity/claims.parquet",
    output:
        svg=report(f"{RESULTS}/figures/sensitivity.svg", **shown("sensitivity")),
        png=f"{RESULTS}/figures/sensitivity.png",
    log:
        f"{RESULTS}/logs/sensitivity_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/sensitivity_figure.tsv"
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("sensitivity_figure"),
        id=lambda w: identity("sensitivity_figure", note=NOTE),
    shell:
        "{params.run} --id {params.id:q} --table {input:q}"
        " --svg {output.svg:q} --png {output.png:q} 2> {log:q}"
