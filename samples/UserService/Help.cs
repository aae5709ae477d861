namespace UserService;

/// <summary>The command <c>--help</c>.</summary>
internal static class Help
{
    public const string Text = """
        A web service that stores users with UserStore, and a page to manage them.

        Usage: dotnet run --project samples/UserService [-- <command or settings>]

        Commands, which are run instead of the service:
          --help                     Shows this text.
          migrate [<command>]        Applies, undoes or inspects migrations; "migrate help" lists the commands.
          privacy <command>          Exports, erases or restricts users; "privacy help" lists the commands.
          policy --account <12 digits> --region <Region>
                                     Prints the IAM policies that the service needs; "policy" lists further options.

        Settings, as environment variables, or as arguments without a command:
          --urls <address>           The address of the service. The default is http://localhost:5380.
          --AllowedHosts <names>     The host names in requests, separated by ";". The default is localhost;127.0.0.1;[::1].
          --DataFile <path>          The data file of the local DynamoDB server. The default is userstore-sample/users.db in your data folder.
          --Storage memory           Stores the users in memory, without a server.
          --RateLimit:PerSecond <n>  The requests per second of each caller, after a burst of --RateLimit:Burst <n>; 0 for no limit. The
                                     defaults are 100 and 200.
          DYNAMODB_ENDPOINT          The address of a DynamoDB server to use instead of the local one. AWS_ENDPOINT_URL_DYNAMODB,
                                     AWS_ENDPOINT_URL, and endpoint_url of the AWS profile with a loopback address, have the same effect.
          UserStore__Region          The AWS Region, to use DynamoDB with your credentials. Other options of the store have the same form, such
                                     as UserStore__TableNamePrefix.
          UserStore__Privacy__HashKey
                                     The secret key to erase users in DynamoDB, which "openssl rand -base64 32" makes.
        """;
}
