"""The run engine: settings, stages, releases and the command line that drives them."""
