"""Asks Z3 whether two lists of rules differ; prints the CPU seconds of solving, or nothing."""
import sys, time
import z3

budget, first, second = int(sys.argv[1]), sys.argv[2], sys.argv[3]
fields = [z3.BitVec(name, bits) for name, bits in (("src", 32), ("dst", 32), ("proto", 8), ("sport", 16), ("dport", 16))]
full = [2**32 - 1, 2**32 - 1, 255, 65535, 65535]


def policy(path):
    permits = z3.BoolVal(False)
    for line in reversed(open(path).read().splitlines()):
        numbers = [int(word) for word in line.split()]
        parts = []
        for index, field in enumerate(fields):
            low, high = numbers[2 * index], numbers[2 * index + 1]
            if low > 0:
                parts.append(z3.UGE(field, low))
            if high < full[index]:
                parts.append(z3.ULE(field, high))
        permits = z3.If(z3.And(parts) if parts else z3.BoolVal(True), z3.BoolVal(numbers[10] == 1), permits)
    return permits


solver = z3.SolverFor("QF_BV")
solver.set("timeout", budget * 1000)
solver.add(z3.Xor(policy(first), policy(second)))
start = time.process_time()
if solver.check() != z3.unknown:
    print(time.process_time() - start)
