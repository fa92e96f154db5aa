# Tables of networks gathered into long ones, and all that is made from tables: a rule per job of the plan.

import re


rule collect_table:
    input:
        lambda w: in_results(PLAN.collected(w.collection, w.table)),
    output:
        f"{RESULTS}/{{collection}}/{{table}}.parquet",
    log:
        f"{RESULTS}/logs/collect_table/{{collection}}/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_table_{{collection}}_{{table}}.tsv"
    wildcard_constraints:
        collection="|".join(map(re.escape, PLAN.collections)),
        table="|".join(["learning_curves", *PLAN.asked]),
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("collect_table"),
        id=lambda w: collected_id(w.collection, w.table),
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
        collection="|".join(map(re.escape, PLAN.collections)),
    localrule: True
    conda:
        "../../envs/modgrow.yaml"
    params:
        run=job("perturbation_summary"),
        id=lambda w: summary_id(PLAN.collections[w.collection]["perturbation"]),
    shell:
        "{params.run} --id {params.id:q} --inputs {input:q} --outputs {output:q} 2> {log:q}"


for made in PLAN.jobs:

    rule:
        name:
            made.name
        input:
            reads=in_results(made.reads),
            waits=in_results(made.waits),
        output:
            reported(made),
        log:
            f"{RESULTS}/logs/{made.name}.log",
        benchmark:
            f"{RESULTS}/benchmarks/{made.name}.tsv"
        localrule: True
        conda:
            "../../envs/modgrow.yaml"
        params:
            run=job(made.script or made.name),
            id=made_id(made),
        shell:
            "{params.run} --id {params.id:q} --inputs {input.reads:q} --outputs {output:q} 2> {log:q}"
