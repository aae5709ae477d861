using System.Threading.RateLimiting;

namespace UserService.Http;

/// <summary>Limits the requests of each caller, by its address.</summary>
internal static class RateLimits
{
    public const string Policy = "caller";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        int perSecond = configuration.GetValue("RateLimit:PerSecond", 100);
        int burst = configuration.GetValue("RateLimit:Burst", 200);
        services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(Policy, context => perSecond == 0
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new TokenBucketRateLimiterOptions
                {
                    TokensPerPeriod = perSecond,
                    TokenLimit = burst,
                    ReplenishmentPeriod = Period,
                }));
            limiter.OnRejected = async (rejected, _) => await Problem.TooManyRequests(Period).WriteAsync(rejected.HttpContext);
        });
    }
}
