using System.Diagnostics;
using Amazon.DynamoDBv2;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using UserStore.Testing;

namespace UserStore.DocumentationTests.Examples;

/// <summary>Runs web services with the telemetry of the guide to operations.</summary>
public sealed class AspNetCoreExamples
{
    [Fact]
    public async Task Spans_of_the_store_are_exported_with_the_instrumentation_of_ASP_NET_Core()
    {
        List<string> spans = await SpansOfARequestAsync(builder =>
        {
            builder.Services.AddOpenTelemetry()
                .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddSource(UserStoreTelemetry.ActivitySourceName))
                .WithMetrics(metrics => metrics.AddMeter(UserStoreTelemetry.MeterName));
        });

        spans.Should().Contain(span => span.StartsWith("GetItem ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_span_of_the_store_is_exported_without_the_instrumentation()
    {
        List<string> spans = await SpansOfARequestAsync(builder => builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(UserStoreTelemetry.ActivitySourceName)));

        spans.Should().BeEmpty("the request has an activity that nobody samples, and the default sampler follows it");
    }

    [Fact]
    public async Task A_sampler_of_its_own_exports_the_spans_without_the_instrumentation()
    {
        List<string> spans = await SpansOfARequestAsync(builder => builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.SetSampler(new AlwaysOnSampler()).AddSource(UserStoreTelemetry.ActivitySourceName)));

        spans.Should().Contain(span => span.StartsWith("GetItem ", StringComparison.Ordinal));
    }

    private static async Task<List<string>> SpansOfARequestAsync(Action<WebApplicationBuilder> addTelemetry)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        string prefix = $"telemetry-{Guid.NewGuid():N}-";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical); // ASP.NET Core starts an activity for each request if anything is logged
        builder.Services.AddSingleton<IAmazonDynamoDB>(client);
        builder.Services.AddUserStore(options => options.TableNamePrefix = prefix);
        addTelemetry(builder);
        var exporter = new ListExporter();
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(new SimpleActivityExportProcessor(exporter)));
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/users/{id}", async (string id, IUserStore users) => (await users.FindAsync(id))?.Name ?? "nobody");
        await app.Services.GetRequiredService<IUserStore>().EnsureTablesAsync();
        await app.StartAsync();
        exporter.Spans.Clear();

        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri($"{app.Urls.First()}/users/fake-1"))).Should().Be("nobody");

        await app.StopAsync();
        foreach (string table in (await client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(prefix, StringComparison.Ordinal)))
            await client.DeleteTableAsync(table);
        return [.. exporter.Spans.Where(span => span.Contains(prefix, StringComparison.Ordinal))]; // tests that run at the same time have spans as well
    }

    private sealed class ListExporter : BaseExporter<Activity>
    {
        public List<string> Spans { get; } = [];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (Activity span in batch)
            {
                lock (Spans)
                    Spans.Add(span.DisplayName);
            }

            return ExportResult.Success;
        }
    }
}
