using IdentityService;
using Microsoft.Extensions.Options;
using UserStore.Testing;

try
{
    await using WebApplication service = await Service.BuildAsync(args);
    await service.RunAsync();
    return 0;
}
catch (Exception unusable) when (unusable is LocalDynamoDbException or OptionsValidationException)
{
    Console.Error.WriteLine(unusable.Message);
    return 1;
}
catch (IOException busy) when (busy.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"{busy.Message} Stop the other program, or choose another port, such as --urls http://localhost:5391.");
    return 1;
}
