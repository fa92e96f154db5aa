# What people run: `snakemake --cores 8` is the whole reproduction. The workflow itself: workflow/.


include: "workflow/Snakefile"


# The default target, as the first rule of this file: that of an included one is lost.
rule default:
    input:
        rules.all.input,
    localrule: True
