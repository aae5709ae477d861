using Microsoft.Extensions.Options;
using UserStore;

namespace UserService;

/// <summary>Thrown when a setting of the service is not valid.</summary>
internal sealed class SettingException(string message) : Exception(message)
{
    /// <summary>Returns the reason why the service cannot start if it lies outside of the program, such as in a setting; otherwise null.</summary>
    public static string? ReasonOf(Exception failure) => failure switch
    {
        SettingException or OptionsValidationException => failure.Message,
        UserStoreException => failure.InnerException is { } cause and UserStoreException ? $"{failure.Message} {cause.Message}" : failure.Message,
        // A value that cannot be converted, or a key that does not exist.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => failure.Message,
        _ => null,
    };
}
