"""Facts: what a paper claims about the job, brought to comparable values."""
