package io.bitfrontier.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.api.Frontier;
import java.awt.geom.Rectangle2D;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class FrontierSvgTest {
    @Test
    void everyMemberIsMarkedLabelledAndJoined() throws Exception {
        Document svg = parse(FrontierSvg.draw(Frontiers.sample(), "demo"));

        assertThat(children(group(svg, "members"), "path")).hasSize(14);
        assertThat(children(group(svg, "labels"), "text"))
                .extracting(Element::getTextContent)
                .hasSize(14)
                .contains("tiny-17k 1-bit", "tiny-44k 1.58-bit", "tiny-168k 16-bit");
        assertThat(children(group(svg, "candidates"), "path")).hasSize(37 - 14);
        assertThat(elements(svg, "path")).anySatisfy(p -> {
            assertThat(p.getAttribute("class")).isEqualTo("frontier");
            assertThat(p.getAttribute("d").chars().filter(c -> c == 'H').count())
                    .isEqualTo(13);
        });
    }

    @Test
    void titleBudgetAndLegendAreThere() throws Exception {
        Document svg = parse(FrontierSvg.draw(Frontiers.sample(), "demo"));

        assertThat(elements(svg, "text"))
                .extracting(Element::getTextContent)
                .contains(
                        "Accuracy against effective size: demo",
                        "2M training tokens · 14 frontier members of 37 points · evaluation choices/1",
                        "10 kB",
                        "90 %",
                        "1.58 bit",
                        "16 bit (full)",
                        "QAT from scratch");
    }

    @Test
    void aNameWithMarkupIsText() throws Exception {
        Document svg = parse(FrontierSvg.draw(Frontiers.sample(), "<b>&\"x\"</b>"));

        assertThat(elements(svg, "title").get(0).getTextContent()).endsWith("<b>&\"x\"</b>");
    }

    @Test
    void membersThatFewResamplesConfirmAreHollow() throws Exception {
        Document svg = parse(FrontierSvg.draw(Frontiers.sample(), "demo"));

        List<Element> marks = children(group(svg, "members"), "path");
        assertThat(marks)
                .filteredOn(m -> m.getAttribute("fill").equals("#ffffff"))
                .hasSize(6);
    }

    @Test
    void theLossHasItsFloor() throws Exception {
        Document svg = parse(FrontierSvg.draw(Frontiers.loss(), "demo"));

        assertThat(elements(svg, "text"))
                .extracting(Element::getTextContent)
                .contains("the generator's own loss, 1.8687");
    }

    @Test
    void labelsOfTheSampleDoNotOverlap() throws Exception {
        assertLabelsApart(Frontiers.sample());
        assertLabelsApart(Frontiers.loss());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12, 18, 30})
    void labelsOfAnyStaircaseDoNotOverlap(int members) throws Exception {
        for (long seed = 0; seed < 10; seed++) {
            assertLabelsApart(Frontiers.random(seed, members));
        }
    }

    private static void assertLabelsApart(Frontier frontier) throws Exception {
        Document svg = parse(FrontierSvg.draw(frontier, "demo"));
        List<Rectangle2D> boxes = children(group(svg, "labels"), "text").stream()
                .map(FrontierSvgTest::box)
                .toList();
        assertThat(boxes).isNotEmpty();
        for (int i = 0; i < boxes.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(boxes.get(i).intersects(boxes.get(j)))
                        .as("labels %d and %d", i, j)
                        .isFalse();
            }
        }
    }

    private static Rectangle2D box(Element text) {
        double width = Double.parseDouble(text.getAttribute("textLength"));
        double x = Double.parseDouble(text.getAttribute("x"));
        double y = Double.parseDouble(text.getAttribute("y"));
        return new Rectangle2D.Double(x - width / 2, y - 9.5, width, 11.5);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static Element group(Document svg, String name) {
        return elements(svg, "g").stream()
                .filter(g -> g.getAttribute("class").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Element> children(Element parent, String name) {
        return list(parent.getElementsByTagName(name));
    }

    private static List<Element> elements(Document svg, String name) {
        return list(svg.getElementsByTagName(name));
    }

    private static List<Element> list(NodeList nodes) {
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }
}
