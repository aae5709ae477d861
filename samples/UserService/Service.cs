using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using UserService.Users;
using UserStore;
using UserStore.Testing;

namespace UserService;

/// <summary>Builds the service. Without <c>DYNAMODB_ENDPOINT</c> and without settings named <c>UserStore</c>, it stores its users in
/// memory.</summary>
public static class Service
{
    public const int MaxBodyBytes = 64 * 1024;

    private const int FakeUsersInMemory = 200;

    public static WebApplication Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBodyBytes);
        // Paths contain emails, which must not be logged.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Standard output is for the results of commands.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddUsers(builder.Services, builder.Configuration);
        builder.Services.AddHealthChecks().AddUserStore();
        builder.Services.AddOpenApi();
        configure?.Invoke(builder.Services);

        WebApplication app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseStatusCodePages(context => Problem.OfStatus(context.HttpContext.Response.StatusCode).WriteAsync(context.HttpContext));
        app.Use(static (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next();
        });
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapOpenApi();
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthResponse.WriteAsync });
        UserEndpoints.Map(app);
        ImportEndpoint.Map(app);
        return app;
    }

    private static void AddUsers(IServiceCollection services, IConfiguration configuration)
    {
        IConfigurationSection settings = configuration.GetSection("UserStore");
        UserStoreBuilder store = settings.Exists() ? services.AddUserStore(settings) : services.AddUserStore();
        store.AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues()).RunMigrationsOnStart();
        if (settings.Exists() || configuration["DYNAMODB_ENDPOINT"] is { Length: > 0 })
            return;

        services.AddInMemoryUserStore();
        services.AddHostedService<FakeUsersAtStart>();
    }

    private sealed class FakeUsersAtStart(InMemoryUserStore users) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (User user in FakeUsers.CreateMany(FakeUsersInMemory))
                await users.CreateAsync(user, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
