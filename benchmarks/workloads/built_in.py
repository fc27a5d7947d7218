"""The suite's own workloads besides the summation: the addresses of task and arguments, as a user would give them."""

BUILT_IN = {
    "hashing": ("benchmarks.workloads.hashing:derive", "benchmarks.workloads.hashing:numbers"),
    "sleeping": ("benchmarks.workloads.sleeping:wait", "benchmarks.workloads.sleeping:pauses"),
    "array_in": ("benchmarks.workloads.arrays:total", "benchmarks.workloads.arrays:inputs"),
    "array_out": ("benchmarks.workloads.arrays:spread", "benchmarks.workloads.arrays:starts"),
    "uneven": ("benchmarks.workloads.uneven:my_task", "benchmarks.workloads.uneven:lengths"),
}
