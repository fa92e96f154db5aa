# What people run: `snakemake --cores 8` is the whole reproduction. The workflow itself: workflow/.


include: "workflow/Snakefile"


rule default:
    default_target: True
    input:
        rules.all.input,
    localrule: True
