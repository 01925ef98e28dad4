from faults import matrix


def pytest_report_header() -> str:
    return f"fault matrix: {matrix.size(matrix.read())}"
