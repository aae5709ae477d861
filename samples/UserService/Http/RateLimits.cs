using System.Globalization;
using System.Threading.RateLimiting;

namespace UserService.Http;

/// <summary>Limits the requests of each caller, by its address.</summary>
internal static class RateLimits
{
    public const string Policy = "caller";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <exception cref="SettingException">A limit is not a number, or too small.</exception>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        int perSecond = Read("RateLimit:PerSecond", 100, minimum: 0);
        int burst = Read("RateLimit:Burst", 200, minimum: 1);
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

        int Read(string name, int usual, int minimum)
        {
            string? text = configuration[name];
            return string.IsNullOrEmpty(text) ? usual
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= minimum ? value
                : throw new SettingException($"The setting {name} is '{text}', but must be a whole number of at least {minimum}.");
        }
    }
}
