"""A browser without a screen for tests of pages, and what it had to say."""

import json
import shutil

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
OWN = ("file:", "blob:", "data:", "about:")  # what is no request to anywhere


def start(width=1280, height=900, *more):
    """Chromium of this size, with `more` arguments, which keeps what pages say and ask for."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", *more):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    return browser


def requests(browser):
    """The addresses that pages have asked for since this was asked last."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


def requests_elsewhere(browser):
    """Those of them that are not the page itself."""
    return [address for address in requests(browser) if not address.startswith(OWN)]
