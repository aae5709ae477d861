using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace UserStore.Benchmarks.Load;

/// <summary>Draws the metrics of a load as SVG files, with colors for light and dark pages.</summary>
internal sealed class LoadPlots(IReadOnlyList<MetricSample> samples, DateTimeOffset start, TimeSpan time)
{
    private const double Width = 860;
    private const double Height = 340;
    private const double Megabyte = 1 << 20;

    private static readonly OxyColor Ink = OxyColor.Parse("#7f8792");
    private static readonly OxyColor Grid = OxyColor.FromAColor(70, Ink);
    private static readonly OxyColor Shade = OxyColor.FromAColor(38, Ink);
    private static readonly OxyColor Blue = OxyColor.Parse("#3b82f6");
    private static readonly OxyColor Orange = OxyColor.Parse("#d97706");
    private static readonly OxyColor Red = OxyColor.Parse("#ef4444");

    /// <summary>Writes the pictures into a folder, which is created if it does not exist.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(
            Path.Combine(folder, "load-latency.svg"),
            Model("Latency of requests to DynamoDB: db.client.operation.duration", new LogarithmicAxis
            {
                Title = "milliseconds (logarithmic)",
                Minimum = 1,
                LabelFormatter = static value => value.ToString("#,0"),
            }),
            Line("median", Blue, sample => sample.DynamoDb.Median),
            Line("95th percentile", Orange, sample => sample.DynamoDb.P95),
            Line("99th percentile", Red, sample => sample.DynamoDb.P99));
        Write(
            Path.Combine(folder, "load-throughput.svg"),
            Model("Throughput", Linear("requests per second")),
            Line("HTTP requests to the service", Blue, sample => sample.Http.Count),
            Line("requests to DynamoDB", Orange, sample => sample.DynamoDb.Count));
        Write(
            Path.Combine(folder, "load-retries.svg"),
            Model("Retries and throttles", Linear("per second")),
            Line("userstore.retries", Blue, sample => sample.Retries),
            Line("userstore.throttles", Red, sample => sample.Throttles, LineStyle.Dash));
        Write(
            Path.Combine(folder, "load-memory.svg"),
            Model("Memory of the service", Linear("megabytes")),
            Line("working set", Blue, sample => sample.WorkingSet / Megabyte),
            Line("heap after a collection", Orange, sample => sample.Heap / Megabyte));
    }

    private static void Write(string file, PlotModel model, params IReadOnlyList<LineSeries> lines)
    {
        foreach (LineSeries line in lines)
            model.Series.Add(line);
        using FileStream stream = File.Create(file);
        new SvgExporter
        {
            Width = Width,
            Height = Height,
            TextMeasurer = new GenerousMeasurer(),
            UseVerticalTextAlignmentWorkaround = true,
        }.Export(model, stream);
    }

    private static LinearAxis Linear(string title) => new() { Title = title, Minimum = 0, MaximumPadding = 0.05, StringFormat = "#,0" };

    private PlotModel Model(string title, Axis vertical)
    {
        var model = new PlotModel
        {
            Title = title,
            TitleFontSize = 15,
            TitleFontWeight = FontWeights.Normal,
            Subtitle = "Shaded: " + string.Join("; ", Faulty().Select(faulty => $"{faulty.Phase.Name}, {faulty.Begin:F0} to {faulty.End:F0} s")),
            SubtitleFontSize = 12,
            SubtitleFontWeight = FontWeights.Normal,
            TextColor = Ink,
            PlotAreaBorderColor = Grid,
            Background = OxyColors.Undefined,
            DefaultFont = "Arial",
        };
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        vertical.Position = AxisPosition.Left;
        Style(vertical);
        var horizontal = new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "seconds since the start of the load",
            Minimum = 0,
            Maximum = time.TotalSeconds,
        };
        Style(horizontal);
        model.Axes.Add(vertical);
        model.Axes.Add(horizontal);
        foreach ((LoadPhase phase, double begin, double end) in Faulty())
        {
            model.Annotations.Add(new RectangleAnnotation
            {
                MinimumX = begin,
                MaximumX = end,
                Fill = Shade,
                Layer = AnnotationLayer.BelowSeries,
            });
        }

        return model;
    }

    private IEnumerable<(LoadPhase Phase, double Begin, double End)> Faulty()
    {
        double begin = 0;
        foreach (LoadPhase phase in LoadPhase.All)
        {
            double end = begin + (phase.Share * time.TotalSeconds);
            if (phase.Fault is not null)
                yield return (phase, begin, end);
            begin = end;
        }
    }

    private static void Style(Axis axis)
    {
        axis.TicklineColor = Ink;
        axis.AxislineColor = Ink;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = Grid;
        axis.MinorTickSize = 0;
        axis.AxisTitleDistance = 8;
    }

    private LineSeries Line(string title, OxyColor color, Func<MetricSample, double> value, LineStyle style = LineStyle.Solid)
    {
        var line = new LineSeries { Title = title, Color = color, StrokeThickness = 2, LineStyle = style };
        line.Points.AddRange(samples.Select(sample => new DataPoint((sample.At - start).TotalSeconds, value(sample)))
            .Where(point => point.X >= 0 && point.X <= time.TotalSeconds));
        return line;
    }

    // The font of the viewer may be wider than the one that is measured, and what is too long would be cut off.
    private sealed class GenerousMeasurer() : PdfRenderContext(LoadPlots.Width, LoadPlots.Height, OxyColors.Transparent)
    {
        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            OxySize size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(size.Width * 1.25, size.Height * 1.25);
        }
    }
}
