"""A browser without a screen for tests of pages, and what it had to say."""

import json
import shutil

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
OWN = ("file:", "blob:", "data:", "about:")  # what is no request to anywhere


def start(width=1280):
    """Chromium for pages of this width, which keeps what they say and ask for."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    show_as(browser, width)
    return browser


def show_as(browser, width, media=None):
    """Give pages a screen of this width, and what `media` says of the reader's wishes."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": name, "value": value} for name, value in (media or {}).items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def requests(browser):
    """The addresses that pages have asked for since this was asked last."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]
