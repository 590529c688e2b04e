"""A visitor in a browser: uploads a dark photo, darkens another, downloads; the network is not asked."""

import shutil
import socket
import time
from ipaddress import ip_address
from pathlib import Path
from urllib.request import urlopen

import cv2
import pytest

pytest.importorskip('gradio', reason='the page has an extra: pip install -e .[page]')
pytest.importorskip('selenium', reason='needs selenium: pip install selenium')

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from wiid_plugins.page.examples import photo
from wiid_plugins.page.layout import build_page
from wiid_plugins.page.models import find_models
from wiid_plugins.page.night import darken_by
from wiid_plugins.page.relit import Brightening
from wiid_plugins.page.serve import serve

BROWSER, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason='needs chromium and chromedriver on the PATH'
)
PATIENCE = 60  # seconds; a machine may be busy
FLAGS = ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--window-size=1280,900')
ALONE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'


@pytest.fixture(scope='module')
def asked():
    """Addresses outside of this machine that the server turns to; none is reached."""
    outside, connect = [], socket.socket.connect

    def local(self, address):
        named = self.family in (socket.AF_INET, socket.AF_INET6)
        if named and not ip_address(address[0]).is_loopback:
            outside.append(address)
            raise OSError(f'{address} is outside')
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, 'connect', local)
        yield outside


@pytest.fixture(scope='module')
def address(tmp_path_factory, asked):
    """Where the page is served, with the model for everything alone."""
    folder = tmp_path_factory.mktemp('page')
    report = folder / 'report.html'
    report.write_text('<h1>A night report</h1><img src="http://outside.invalid/a.png">')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv('GRADIO_TEMP_DIR', str(folder / 'uploads'))
        blocks = build_page(find_models([]), Brightening(), report, folder)
        serve(blocks, report, '127.0.0.1', port, share=False)
        yield f'http://127.0.0.1:{port}/'
        blocks.close()


@pytest.fixture(scope='module')
def browser(tmp_path_factory):
    """A headless browser that resolves no name and saves to a folder, ``browser.saved``."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, ALONE):
        options.add_argument(flag)
    saved = tmp_path_factory.mktemp('saved')
    options.add_experimental_option('prefs', {'download.default_directory': str(saved)})
    made = webdriver.Chrome(service=webdriver.ChromeService(DRIVER), options=options)
    made.saved = saved
    yield made
    made.quit()


def wait(condition):
    """What a condition gives once it is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f'not within {PATIENCE} s')


def find(browser, selector):
    return wait(lambda: browser.find_elements(By.CSS_SELECTOR, selector))[0]


def says(browser, selector='#answers'):
    return browser.execute_script(
        'return document.querySelector(arguments[0])?.textContent ?? ""', selector
    )


def chart(browser):
    return browser.find_elements(By.CSS_SELECTOR, '#curves polyline')


def sources(browser, selector):
    images = browser.find_elements(By.CSS_SELECTOR, f'{selector} img')
    return [image.get_attribute('src') for image in images]


def open_tab(browser, address, name):
    browser.get(address)
    tabs = wait(
        lambda: [
            tab
            for tab in browser.find_elements(By.CSS_SELECTOR, 'button[role=tab]')
            if tab.is_displayed() and tab.text == name
        ]
    )
    tabs[0].click()


def write_dark(path, name, stops):
    cv2.imwrite(str(path), darken_by(photo(name), stops)[..., ::-1])
    return str(path)


def test_a_visitors_photo_is_recognised_from_dusk_to_night(browser, address, tmp_path):
    open_tab(browser, address, 'Recognise')
    wait(lambda: 'espresso' in says(browser) and chart(browser))  # the example
    file = find(browser, '#photo input[type=file]')
    file.send_keys(write_dark(tmp_path / 'cat.png', 'chelsea', 5))
    dusk = wait(lambda: 'cat' in says(browser) and says(browser))
    assert '0 stops' not in dusk
    shown = sources(browser, '.pair')
    slider = find(browser, '#darkness input[type=range]')
    for _ in range(12):  # six stops more
        slider.send_keys(Keys.ARROW_RIGHT)
    night = wait(lambda: 'lost here' in says(browser) and says(browser))
    assert night.count('cat') >= 2  # brightened, it is one still
    assert sources(browser, '.pair') != shown


def test_a_photo_is_brightened_and_downloaded(browser, address, tmp_path):
    open_tab(browser, address, 'Brighten')
    before = wait(lambda: sources(browser, '#before-after'))
    path = Path(write_dark(tmp_path / 'mine.png', 'chelsea', 6))
    find(browser, '#dark-file input[type=file]').send_keys(str(path))
    wait(
        lambda: 'mine' in says(browser, '#dark-file')
        and sources(browser, '#before-after') != before
    )
    find(browser, '#download').click()
    saved = browser.saved / 'mine_brightened.png'
    wait(saved.is_file)
    given, made = cv2.imread(str(path)), cv2.imread(str(saved))
    assert made.shape == given.shape
    assert made.mean() / 255 == pytest.approx(0.4, abs=0.05) and given.mean() / 255 < 0.1


def test_what_is_refused_is_said_on_the_page(browser, address, tmp_path):
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    open_tab(browser, address, 'Brighten')
    find(browser, '#dark-file input[type=file]').send_keys(str(tmp_path / 'broken.png'))
    wait(lambda: 'broken.png: not readable as a picture' in says(browser, '.toast-wrap'))


@pytest.mark.parametrize('name', ['Brighten', 'Recognise', 'Report'])
def test_it_fits_a_telephone(browser, address, name):
    size = dict(width=390, height=844, deviceScaleFactor=1, mobile=True)
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', size)
    open_tab(browser, address, name)
    wanted = {'Brighten': '#before-after img', 'Recognise': '#curves polyline', 'Report': '#report'}
    find(browser, wanted[name])
    assert browser.execute_script('return document.documentElement.scrollWidth') == 390
    browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def test_the_report_is_shown_and_nothing_is_fetched_from_elsewhere(browser, address, asked):
    open_tab(browser, address, 'Report')
    origins = browser.execute_script(
        'return performance.getEntriesByType("resource").map(entry => new URL(entry.name).origin)'
    )
    assert set(origins) == {address.rstrip('/')}
    browser.switch_to.frame(find(browser, '#report'))
    assert says(browser, 'h1') == 'A night report'
    browser.switch_to.default_content()
    for page in ('', 'night-report'):
        with urlopen(address + page) as answer:
            assert answer.headers['Content-Security-Policy'].startswith("default-src 'self' ")
    assert asked == []
