import numpy
from flask import Flask, jsonify, request

service = Flask(__name__)


@service.get("/")
def about():
    return jsonify(numpy=numpy.__version__)


@service.post("/solve")
def solve():
    problem = request.get_json()
    return jsonify(solution=numpy.linalg.solve(problem["a"], problem["b"]).tolist())
