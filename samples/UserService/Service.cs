using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.HostFiltering;
using UserService.Http;
using UserService.Users;
using UserStore.Testing;

namespace UserService;

/// <summary>Builds the service.</summary>
public static class Service
{
    public const int MaxBodyBytes = 64 * 1024;

    private const string DefaultAddress = "http://localhost:5380";

    // The browser may keep a user, but asks with the entity tag whether it is current. Shared caches keep nothing.
    private const string OnlyForCaller = "private, no-cache";

    /// <summary>Builds the service, and starts a local DynamoDB server if the settings specify no other storage. The service stops the server when it is
    /// disposed.</summary>
    /// <exception cref="LocalDynamoDbException">The data file is in use by another process, or is not a data file.</exception>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<IServiceCollection>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        CheckAddresses(builder.Configuration["urls"]);
        if (!new[] { "urls", "http_ports", "https_ports" }.Any(setting => builder.Configuration[setting] is { Length: > 0 }))
            builder.WebHost.UseUrls(DefaultAddress);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        // Paths contain emails, which must not be logged. StartMessage replaces what the host reports.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // It repeats the exception that ends the program.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Standard output is for the results of commands.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        builder.Services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, EveryResponse>());
        builder.Services.Configure<HostFilteringOptions>(filter => filter.IncludeFailureMessage = false);
        RateLimits.Add(builder.Services, builder.Configuration);
        builder.Services.AddSingleton<ServerTiming>();
        builder.Services.AddHealthChecks().AddUserStore();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        builder.Services.AddOpenApi(ApiDocument.Configure);
        (await Storage.OpenAsync(builder.Configuration)).AddTo(builder.Services);
        builder.Services.AddHostedService<StartMessage>();
        configure?.Invoke(builder.Services);

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<Storage>(); // Only what the container has created is disposed of, also after a command.
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });
        app.UseRateLimiter();
        app.Use(Acceptance.CheckAsync);
        app.MapOpenApi();
        StatusEndpoints.Map(app);
        RouteGroupBuilder api = app.MapGroup("").WithTags("Users").RequireRateLimiting(RateLimits.Policy);
        ImportEndpoint.Map(api.MapGroup("/users"));
        RouteGroupBuilder timed = api.MapGroup("").AddEndpointFilter(app.Services.GetRequiredService<ServerTiming>());
        timed.AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = OnlyForCaller;
            return await next(context);
        });
        UserEndpoints.Map(timed.MapGroup("/users"));
        PrivacyEndpoints.Map(timed.MapGroup("/personal-data"));
        return app;
    }

    // The server would find them wrong only after migrations have run.
    private static void CheckAddresses(string? addresses)
    {
        foreach (string address in (addresses ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                if (BindingAddress.Parse(address).Port <= IPEndPoint.MaxPort)
                    continue;
            }
            catch (FormatException)
            {
                // Reported below.
            }

            throw new SettingException($"The address '{address}' of the setting urls is not valid, unlike {DefaultAddress}.");
        }
    }
}
