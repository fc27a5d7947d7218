"""A module that takes long to import: a fresh worker pays for it."""

import asyncio
import email.mime.multipart
import http.server
import logging.handlers
import statistics
import unittest.mock
import urllib.request
import xmlrpc.client

import numpy.f2py
import numpy.polynomial
import numpy.testing

IMPORTED = (asyncio, email, http, logging, numpy, unittest, urllib, xmlrpc)


def describe(numbers):
    """Return median, quartiles and slope of a list of numbers."""
    middle, spread = statistics.median(numbers), statistics.quantiles(numbers)
    return middle, spread, statistics.linear_regression(range(len(numbers)), numbers).slope


def describe_tasks():
    """Return 900 lists of 600 numbers."""
    return [([(n * n * 7919 + seed) % 1009 for n in range(600)],) for seed in range(900)]
