using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;

namespace IdentityService;

/// <summary>Builds the service.</summary>
public static partial class Service
{
    /// <summary>Builds the service, and starts a local DynamoDB server if the settings specify no other storage. The service stops the server when it is
    /// disposed.</summary>
    /// <exception cref="UserStore.Testing.LocalDynamoDbException">The data file is in use by another process, or is not a data file.</exception>
    public static async Task<WebApplication> BuildAsync(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Service).Assembly.GetName().Name, // The pages are found in this assembly, also if another one starts the service.
            ContentRootPath = Path.Combine(AppContext.BaseDirectory, "identity"),
        });
        if (builder.Configuration["urls"] is not { Length: > 0 })
            builder.WebHost.UseUrls("http://localhost:5390");
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning); // Start reports the address.

        Storage storage = await Storage.OpenAsync(builder.Configuration);
        storage.AddTo(builder.Services);
        builder.Services
            .AddIdentityApiEndpoints<AppUser>(options =>
            {
                options.User.RequireUniqueEmail = true;
                options.Lockout.MaxFailedAccessAttempts = 5;
            })
            .AddDynamoDbStores(storage.Configure);
        builder.Services.Configure<IdentityPasskeyOptions>(builder.Configuration.GetSection("Passkeys"));
        builder.Services.ConfigureApplicationCookie(cookie => cookie.LoginPath = "/Login");
        new AuthenticationBuilder(builder.Services).AddTestProvider();
        builder.Services.AddRazorPages();

        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<Storage>(); // Only what the container has created is disposed of.
        app.Use((context, next) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            return next(context);
        });
        app.UseStaticFiles();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGroup("/api").MapIdentityApi<AppUser>();
        app.MapRazorPages();
        app.Lifetime.ApplicationStarted.Register(() => LogStart(
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("IdentityService"),
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(),
            storage.Description));
        return app;
    }

    [LoggerMessage(1, LogLevel.Information, "Open {Address} in a browser. Press Ctrl+C to stop the service. The users are stored in {Storage}.")]
    private static partial void LogStart(ILogger log, string? address, string storage);
}
