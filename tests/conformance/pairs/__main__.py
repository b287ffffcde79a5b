"""Prints the table."""

from tests.conformance.pairs import PAIRS

if __name__ == "__main__":
    width = max(len(str(each)) for each in PAIRS)
    for each in PAIRS:
        print(f"{each!s:{width}}  {each.must}")
